-- Conversations of assistants: their logs are files beside the store, which is what counts; this is their index.

ALTER TABLE transcript ADD COLUMN last_at TIMESTAMP;

CREATE TABLE round_transcript (             -- which conversation proposed, confirmed or recorded a round
    round_id INTEGER NOT NULL,
    transcript_id VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
