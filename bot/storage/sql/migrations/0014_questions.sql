-- Questions to the operators, and what was said in them. `topic` is one of the operators' group.
-- Words without a message are what operators tell one another: taken, closed.
CREATE TABLE questions (
    question_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    order_no TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    topic_chat INTEGER,
    topic INTEGER,
    touched_at INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE INDEX questions_of_person ON questions (user_id, touched_at);
CREATE INDEX questions_by_state ON questions (state, touched_at);
CREATE INDEX questions_by_topic ON questions (topic_chat, topic) WHERE topic IS NOT NULL;

CREATE TABLE question_words (
    words_id INTEGER PRIMARY KEY AUTOINCREMENT,
    question_id INTEGER NOT NULL,
    side TEXT NOT NULL,
    chat_id INTEGER,
    message_id INTEGER,
    said_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'claimed', 'over', 'missed')),
    not_before INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (chat_id, message_id)
);

CREATE INDEX question_words_in ON question_words (question_id, words_id);
CREATE INDEX question_words_waiting ON question_words (not_before) WHERE state = 'waiting';
