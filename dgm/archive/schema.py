"""The tables and views of dgm.db, and how they came to be. A change is a new migration, never an edit of an old one.

Times are ISO 8601 in UTC, money is US dollars, JSON stands in text columns: open to Datasette as it is. The columns
`tokens`, `cost_usd` and `seconds` of attempts, trials and the run are the sums over their settled leases.
"""

from sqlite_utils import Database, Migrations

from dgm.archive import confirmation_tables
from dgm.archive.chain import START, chain_all

migrations = Migrations("dgm")

_TABLES = (
    """CREATE TABLE runs (
        run INTEGER PRIMARY KEY CHECK (run = 1),
        created_at TEXT NOT NULL,
        version TEXT NOT NULL,
        hours REAL NOT NULL DEFAULT 0,
        tokens INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE assets (
        name TEXT PRIMARY KEY,
        digest TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE decisions (
        decision INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        strategy TEXT NOT NULL,
        action TEXT NOT NULL,
        agent INTEGER NOT NULL REFERENCES agents(agent),
        tasks TEXT NOT NULL,
        probabilities TEXT NOT NULL,
        generator TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE attempts (
        attempt INTEGER PRIMARY KEY,
        parent INTEGER NOT NULL REFERENCES agents(agent),
        decision INTEGER NOT NULL REFERENCES decisions(decision),
        focus TEXT NOT NULL,
        focus_task TEXT,
        state TEXT NOT NULL CHECK (state IN ('open', 'child', 'failed')),
        failure TEXT,
        detail TEXT NOT NULL DEFAULT '',
        proposal TEXT NOT NULL DEFAULT '',
        steps TEXT NOT NULL DEFAULT '[]',
        engine TEXT NOT NULL DEFAULT '',
        image TEXT NOT NULL DEFAULT '',
        tokens INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        opened_at TEXT NOT NULL,
        closed_at TEXT
    ) STRICT""",
    """CREATE TABLE agents (
        agent INTEGER PRIMARY KEY,
        commit_id TEXT NOT NULL,
        digest TEXT NOT NULL,
        parent INTEGER REFERENCES agents(agent),
        attempt INTEGER UNIQUE REFERENCES attempts(attempt),
        name TEXT NOT NULL,
        manifest TEXT NOT NULL,
        proposal TEXT NOT NULL,
        eligible INTEGER NOT NULL CHECK (eligible IN (0, 1)),
        retention TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE trials (
        trial INTEGER PRIMARY KEY,
        agent INTEGER NOT NULL REFERENCES agents(agent),
        task_id TEXT NOT NULL,
        repeat INTEGER NOT NULL,
        decision INTEGER NOT NULL REFERENCES decisions(decision),
        state TEXT NOT NULL CHECK (state IN ('open', 'scored', 'unscored')),
        resolved INTEGER CHECK (resolved IN (0, 1)),
        finish TEXT,
        passed INTEGER,
        total INTEGER,
        failed TEXT NOT NULL DEFAULT '[]',
        tampering TEXT,
        infrastructure TEXT,
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
        UNIQUE (agent, task_id, repeat),
        CHECK ((state = 'scored') = (resolved IS NOT NULL))
    ) STRICT""",
    """CREATE TABLE leases (
        lease INTEGER PRIMARY KEY,
        attempt INTEGER REFERENCES attempts(attempt),
        trial INTEGER REFERENCES trials(trial),
        note TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'lost')),
        tokens INTEGER NOT NULL,
        cost_usd REAL NOT NULL,
        seconds REAL NOT NULL,
        spent_tokens INTEGER NOT NULL DEFAULT 0,
        spent_cost_usd REAL NOT NULL DEFAULT 0,
        spent_seconds REAL NOT NULL DEFAULT 0,
        opened_at TEXT NOT NULL,
        settled_at TEXT,
        CHECK (attempt IS NULL OR trial IS NULL)
    ) STRICT""",
    """CREATE TABLE calls (
        call INTEGER PRIMARY KEY,
        attempt INTEGER REFERENCES attempts(attempt),
        trial INTEGER REFERENCES trials(trial),
        note TEXT NOT NULL DEFAULT '',
        purpose TEXT NOT NULL,
        model TEXT NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost_usd REAL NOT NULL,
        seconds REAL NOT NULL,
        status TEXT NOT NULL,
        retries INTEGER NOT NULL,
        started_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE artifacts (
        artifact INTEGER PRIMARY KEY,
        attempt INTEGER REFERENCES attempts(attempt),
        trial INTEGER REFERENCES trials(trial),
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        bundle TEXT NOT NULL,
        public INTEGER NOT NULL CHECK (public IN (0, 1))
    ) STRICT""",
    """CREATE TABLE events (
        event INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT""",
)

_INDEXES = (
    "CREATE INDEX trials_scored ON trials(trial) WHERE state = 'scored'",
    "CREATE INDEX attempts_closed ON attempts(attempt) WHERE state != 'open'",
    "CREATE INDEX agents_parent ON agents(parent)",
    "CREATE UNIQUE INDEX leases_open_attempt ON leases(attempt) WHERE state = 'open'",
    "CREATE UNIQUE INDEX leases_open_trial ON leases(trial) WHERE state = 'open'",
    "CREATE INDEX leases_open ON leases(lease) WHERE state = 'open'",
    "CREATE INDEX artifacts_attempt ON artifacts(attempt) WHERE attempt IS NOT NULL",
    "CREATE INDEX artifacts_trial ON artifacts(trial) WHERE trial IS NOT NULL",
    "CREATE INDEX artifacts_sha256 ON artifacts(sha256)",
    "CREATE INDEX calls_trial ON calls(trial) WHERE trial IS NOT NULL",
)

_VIEWS = (
    """CREATE VIEW scores AS
        SELECT agents.agent, agents.parent, agents.name, trials.suite_digest,
            count(trials.trial) AS n,
            coalesce(sum(trials.resolved), 0) AS resolved,
            round(avg(trials.resolved), 4) AS share,
            coalesce(sum(trials.tokens), 0) AS tokens,
            coalesce(sum(trials.cost_usd), 0) AS cost_usd
        FROM agents LEFT JOIN trials ON trials.agent = agents.agent AND trials.state = 'scored'
        GROUP BY agents.agent, trials.suite_digest""",
    """CREATE VIEW spending AS
        SELECT purpose, model, status, count(*) AS calls, sum(input_tokens) AS input_tokens,
            sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd, sum(seconds) AS seconds
        FROM calls GROUP BY purpose, model, status""",
    """CREATE VIEW failures AS
        SELECT failure, count(*) AS attempts, sum(tokens) AS tokens, sum(cost_usd) AS cost_usd
        FROM attempts WHERE state = 'failed' GROUP BY failure""",
)


@migrations()
def m001_first_tables(db: Database) -> None:
    """Make everything that the first version needs."""
    for statement in (*_TABLES, *_INDEXES, *_VIEWS):
        db.execute(statement)


@migrations()
def m002_editors(db: Database) -> None:
    """Record with a decision whose code edits the parent; NULL: its own."""
    db.execute("ALTER TABLE decisions ADD COLUMN editor INTEGER REFERENCES agents(agent)")


_CHAIN = (
    "ALTER TABLE events ADD COLUMN request TEXT",
    "ALTER TABLE events ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''",
    f"ALTER TABLE runs ADD COLUMN log_head TEXT NOT NULL DEFAULT '{START}'",
    "CREATE UNIQUE INDEX events_request ON events(request) WHERE request IS NOT NULL",
    "CREATE INDEX events_marks ON events(event) WHERE kind IN ('flag', 'veto', 'approval')",
    """CREATE VIEW marks AS
        SELECT event, at, kind, data ->> 'agent' AS agent, data ->> 'reason' AS reason, data ->> 'by' AS "by"
        FROM events WHERE kind IN ('flag', 'veto', 'approval')""",
)


@migrations()
def chained_log(db: Database) -> None:
    """Chain the log, let an entry name the request that it answers, and show what was said of agents."""
    for statement in _CHAIN:
        db.execute(statement)
    chain_all(db)


_TRIPWIRES = (
    "ALTER TABLE trials ADD COLUMN tripwire INTEGER AS (task_id LIKE 'tripwire:%') VIRTUAL",
    "DROP VIEW scores",
    """CREATE VIEW scores AS
        SELECT agents.agent, agents.parent, agents.name, trials.suite_digest,
            count(trials.trial) AS n,
            coalesce(sum(trials.resolved), 0) AS resolved,
            round(avg(trials.resolved), 4) AS share,
            coalesce(sum(trials.tokens), 0) AS tokens,
            coalesce(sum(trials.cost_usd), 0) AS cost_usd
        FROM agents LEFT JOIN trials
            ON trials.agent = agents.agent AND trials.state = 'scored' AND NOT trials.tripwire
        GROUP BY agents.agent, trials.suite_digest""",
)


@migrations()
def tripwire_trials(db: Database) -> None:
    """Tell trials on tripwires, which count in no score, from the others."""
    for statement in _TRIPWIRES:
        db.execute(statement)


@migrations()
def confirmations(db: Database) -> None:
    """Keep confirmations, and their trials on the holdout apart from the search's."""
    for statement in confirmation_tables.STATEMENTS:
        db.execute(statement)


@migrations()
def retention_figures_and_sources(db: Database) -> None:
    """Keep the figures behind retention's answers, and sketches of sources to compare new ones with."""
    db.execute("ALTER TABLE agents ADD COLUMN figures TEXT NOT NULL DEFAULT '{}'")
    db.execute(
        """CREATE TABLE sources (
            agent INTEGER PRIMARY KEY REFERENCES agents(agent),
            sketch BLOB NOT NULL,
            shingles INTEGER NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT"""
    )


_LEANER = (
    "DROP INDEX artifacts_sha256",
    "DROP INDEX calls_trial",
    "DROP INDEX leases_open_attempt",
    "DROP INDEX leases_open_trial",
    "CREATE UNIQUE INDEX leases_open_attempt ON leases(attempt) WHERE attempt IS NOT NULL AND state = 'open'",
    "CREATE UNIQUE INDEX leases_open_trial ON leases(trial) WHERE trial IS NOT NULL AND state = 'open'",
)


@migrations()
def leaner_indexes(db: Database) -> None:
    """Drop what every trial pays for and no query needs: an entry of a random digest is a page to write."""
    for statement in _LEANER:
        db.execute(statement)


@migrations()
def confirmation_settings(db: Database) -> None:
    """Tell trials on the holdout by the setting that they ran in."""
    for statement in confirmation_tables.SETTING_STATEMENTS:
        db.execute(statement)


@migrations()
def focus_on_clusters(db: Database) -> None:
    """Keep the tasks of a focus that is on several, and find the attempts on an agent."""
    db.execute("ALTER TABLE attempts ADD COLUMN focus_tasks TEXT NOT NULL DEFAULT '[]'")
    db.execute("CREATE INDEX attempts_parent ON attempts(parent)")


@migrations()
def graders(db: Database) -> None:
    """Keep with each trial how its answer was judged: tests in one process with it are the weaker level."""
    for table in ("trials", "holdout_trials"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN grader TEXT NOT NULL DEFAULT ''")
