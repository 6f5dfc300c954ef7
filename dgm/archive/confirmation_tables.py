"""The tables of confirmations. Trials on the holdout stand in one of their own: what counts `trials` never counts them.

Their leases, calls and artifacts stand beside the search's, with `holdout_trial` set. What they spend is summed in
their trial and in the confirmation that ran it, never in the run, whose sums are the search's.
"""

_TRIALS = """CREATE TABLE holdout_trials (
    holdout_trial INTEGER PRIMARY KEY,
    confirmation INTEGER NOT NULL REFERENCES confirmations(confirmation),
    agent INTEGER NOT NULL REFERENCES agents(agent),
    task_id TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    draw INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'scored', 'unscored')),
    resolved INTEGER CHECK (resolved IN (0, 1)),
    finish TEXT,
    passed INTEGER,
    total INTEGER,
    failed TEXT NOT NULL DEFAULT '[]',
    tampering TEXT,
    infrastructure TEXT,
    answer TEXT,
    used_tokens INTEGER NOT NULL DEFAULT 0,
    used_cost_usd REAL NOT NULL DEFAULT 0,
    agent_digest TEXT NOT NULL DEFAULT '',
    suite_digest TEXT NOT NULL DEFAULT '',
    engine TEXT NOT NULL DEFAULT '',
    image TEXT NOT NULL DEFAULT '',
    proved TEXT NOT NULL DEFAULT '[]',
    not_held TEXT NOT NULL DEFAULT '[]',
    solve_ended TEXT NOT NULL DEFAULT '',
    solve_exit_code INTEGER,
    dropped TEXT NOT NULL DEFAULT '[]',
    retries INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    cost_usd REAL NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    UNIQUE (agent, task_id, repeat, draw),
    CHECK ((state = 'scored') = (resolved IS NOT NULL))
) STRICT"""

_SCORES = """CREATE VIEW holdout_scores AS
    SELECT agents.agent, agents.name, suite_digest, task_id, count(*) AS n, sum(resolved) AS resolved,
        sum(used_tokens) AS tokens, sum(used_cost_usd) AS cost_usd
    FROM holdout_trials JOIN agents USING (agent) WHERE state = 'scored' AND draw = 0
    GROUP BY agents.agent, suite_digest, task_id"""

STATEMENTS = (
    """CREATE TABLE confirmations (
        confirmation INTEGER PRIMARY KEY,
        agent INTEGER NOT NULL REFERENCES agents(agent),
        founder INTEGER NOT NULL REFERENCES agents(agent),
        parent INTEGER NOT NULL REFERENCES agents(agent),
        against TEXT NOT NULL,
        tasks TEXT NOT NULL,
        repeats INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        holdout TEXT NOT NULL,
        p REAL,
        word TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT '',
        result TEXT NOT NULL DEFAULT '{}',
        hours REAL NOT NULL DEFAULT 0,
        tokens INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        opened_at TEXT NOT NULL,
        closed_at TEXT,
        CHECK ((closed_at IS NULL) = (p IS NULL))
    ) STRICT""",
    _TRIALS,
    "ALTER TABLE leases ADD COLUMN holdout_trial INTEGER REFERENCES holdout_trials(holdout_trial)",
    "ALTER TABLE calls ADD COLUMN holdout_trial INTEGER REFERENCES holdout_trials(holdout_trial)",
    "ALTER TABLE artifacts ADD COLUMN holdout_trial INTEGER REFERENCES holdout_trials(holdout_trial)",
    """CREATE UNIQUE INDEX leases_open_holdout_trial ON leases(holdout_trial)
        WHERE state = 'open' AND holdout_trial IS NOT NULL""",
    "CREATE INDEX artifacts_holdout_trial ON artifacts(holdout_trial) WHERE holdout_trial IS NOT NULL",
    "DROP VIEW spending",
    """CREATE VIEW spending AS
        SELECT purpose, model, status, count(*) AS calls, sum(input_tokens) AS input_tokens,
            sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd, sum(seconds) AS seconds
        FROM calls WHERE holdout_trial IS NULL GROUP BY purpose, model, status""",
    _SCORES,
)

SETTING_STATEMENTS = (
    "DROP VIEW holdout_scores",
    "DROP TABLE holdout_trials",
    _TRIALS.replace("UNIQUE (", "setting TEXT NOT NULL,\n    UNIQUE (setting, "),
    _SCORES.replace("suite_digest,", "suite_digest, setting,"),
    "ALTER TABLE confirmations ADD COLUMN setting TEXT NOT NULL DEFAULT ''",
)
"""Trials in another setting, such as another model, are others. No command had written any before."""
