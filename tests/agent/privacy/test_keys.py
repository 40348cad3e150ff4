"""Keys are masked wherever they stand: in addresses, in answers that come in pieces, in what is kept or shown."""

from __future__ import annotations

import pytest

from agent.privacy.keys import MASK, StreamedText, mask_known, place_of, redact

TOKEN = "tok3nA9b8c7d6e5f4g3h2"


@pytest.mark.parametrize(
    "url",
    [
        f"https://me:{TOKEN}@api.example.test/v1", f"https://{TOKEN}@api.example.test/v1",
        f"https://api.example.test/v1?key={TOKEN}", f"https://api.example.test/v1?x=1&api-key={TOKEN}#top",
        f"https://api.example.test/v1?access_token={TOKEN}", f"https://api.example.test/{TOKEN}/v1",
    ],
)  # fmt: skip
def test_a_key_in_a_base_url_is_masked_as_part_of_it_and_by_itself(url, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    for mask in (redact, mask_known):
        assert TOKEN not in mask(f"POST {url} failed")
        assert TOKEN not in mask(f"the server said: unknown {TOKEN}")
        assert "api.example.test" in mask(f"POST {url}")
    assert place_of(url) == "api.example.test"


def test_an_address_that_no_variable_holds_is_masked_by_its_shape():
    assert redact("see https://me:pw@host.test/x?token=abc&n=1") == f"see https://{MASK}@host.test/x?token={MASK}&n=1"


def test_the_place_of_an_address_is_its_machine_and_port():
    assert place_of("http://u:p@127.0.0.1:8080/v1?key=x") == "127.0.0.1:8080"
    assert place_of("http://[::1]:8080/v1") == "[::1]:8080"
    assert place_of("http://host:port/") == ""
    assert place_of("") == ""


def test_ordinary_words_and_addresses_stay():
    text = "See https://example.test/v1/chat/completions?page=2 for keys: VAV1, key-value pairs at 12:30."
    assert mask_known(text) == text
    assert redact("https://example.test/v1?page=2") == "https://example.test/v1?page=2"


def test_a_short_or_plain_secret_of_the_environment_masks_no_word_of_a_result(monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "screens")
    assert mask_known("2 screens") == "2 screens"
    assert redact("2 screens") == f"2 {MASK}"


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_key_that_comes_in_pieces_is_masked_and_nothing_else_is_lost(size, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdef0123456789")
    text = "The key is sk-abcdef0123456789, and authorization: Bearer qwertzuiop12 was\nsent  twice. End"
    streamed = StreamedText()
    pieces = [streamed.more(text[i : i + size]) for i in range(0, len(text), size)]
    given = "".join([*pieces, streamed.rest()])
    assert "abcdef0123456789" not in given
    assert "qwertzuiop12" not in given
    assert given == redact(text)
    assert streamed.rest() == ""
