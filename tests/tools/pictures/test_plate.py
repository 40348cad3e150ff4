"""Plate maps: wells where the file says, and files that are none refused."""

from __future__ import annotations

import pytest

from db.errors import NotFoundError, RefusedFileError
from tests.picture_world import cut, on_figure
from tools.pictures.plate import plate_map, plot_plate, read_plates

HEAD = "plate,well,perturbation,kind\n"


def written(folder, rows: str):
    path = folder / "plates.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


def test_wells_lie_in_their_row_and_column_and_the_plate_is_the_smallest_that_holds_them(tmp_path):
    found = read_plates(written(tmp_path, "P1,A1,LCK,nomination\nP1,h12,NTC,control\nP1,C03,VAV1,nomination\n"))
    assert found.frame[["row", "column"]].to_numpy().tolist() == [[0, 0], [7, 11], [2, 2]]
    assert found.size == (8, 12)
    assert list(found.kinds) == ["nomination", "control"]
    assert read_plates(written(tmp_path, "P1,P24,LCK,x\n")).size == (16, 24)
    assert read_plates(written(tmp_path, "P1,AF48,LCK,x\n")).size == (32, 48)


def test_a_plate_of_ninety_six_wells_has_the_name_in_each(tmp_path):
    path = written(tmp_path, "P1,A1,LCK,nomination\nP1,H12,$x^2$,nomination\nP2,A1,VAV1,nomination\n")
    figure = on_figure(plate_map(path, "P1"))
    assert {one.get_text() for one in figure.axes[0].texts} == {"LCK", "$x^2$"}
    assert len(figure.axes[0].patches) == 2
    assert cut(figure) == []


def test_several_plates_stand_beside_each_other_without_names(tmp_path):
    rows = "".join(
        f"P{n},{row}{column},G,nomination\n" for n in range(5) for row in "ABCDEFGH" for column in range(1, 13)
    )
    figure = on_figure(plate_map(written(tmp_path, rows)))
    assert [one.get_title() for one in figure.axes if one.axison] == ["P0", "P1", "P2", "P3", "P4"]
    assert all(not one.texts for one in figure.axes)
    assert cut(figure) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("P1,Z99,LCK,x\n", "'Z99' is no well"),
        ("P1,,LCK,x\n", "is no well"),
        ("P1,A0,LCK,x\n", "'A0' is no well"),
        ("P1,A1,LCK,x\nP1,a01,VAV1,x\n", "twice"),
        ("", "holds no well"),
    ],
)
def test_a_file_that_is_none_of_plates_is_refused(tmp_path, rows, said):
    with pytest.raises(RefusedFileError, match=said):
        read_plates(written(tmp_path, rows))


def test_missing_columns_and_plates_are_named(tmp_path, workspace):
    path = tmp_path / "other.csv"
    path.write_text("gene,well\nLCK,A1\n", encoding="utf-8")
    with pytest.raises(RefusedFileError, match="no column plate or perturbation or kind"):
        read_plates(path)
    with pytest.raises(NotFoundError, match="no plate 'P9'"):
        plate_map(written(tmp_path, "P1,A1,LCK,x\n"), "P9")
    with pytest.raises(NotFoundError, match="no file"):
        plot_plate(workspace, tmp_path / "none.csv", tmp_path / "a.png")
    many = "".join(f"P{n},A1,LCK,x\n" for n in range(13))
    with pytest.raises(RefusedFileError, match="13 plates"):
        plate_map(written(tmp_path, many))
