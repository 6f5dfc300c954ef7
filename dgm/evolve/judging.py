"""When retention is asked: as trials end, and at a resume what a crash left unasked. Its answers go to the archive."""

from dataclasses import dataclass, field
from typing import Self

from dgm.config import EvolveSection
from dgm.evolve.population import Population
from dgm.evolve.retention import Retained, is_due, judge
from dgm.evolve.sources import Sources
from dgm.ports import Archive


@dataclass(slots=True)
class Judge:
    """Judges children by the rule of a run.

    Args:
        sources: None: novelty by source is not looked at.
        judged: agent to how many of its tasks had ended when it was judged last.
    """

    evolve: EvolveSection
    archive: Archive
    population: Population
    sources: Sources | None = None
    judged: dict[int, int] = field(default_factory=dict)

    @classmethod
    def resumed(
        cls, evolve: EvolveSection, archive: Archive, population: Population, sources: Sources | None = None
    ) -> Self:
        """Return the judge of a run as the archive has it, after what was due has been judged."""
        agents = archive.agents()
        judged = {agent.number: int(agent.figures["ended"]) for agent in agents if "ended" in agent.figures}
        here = cls(evolve, archive, population, sources, judged)
        for agent in agents:
            here.reconsider(agent.number)
        return here

    def reconsider(self, agent: int) -> str:
        """Judge an agent if it is due. Returns what is new about it, for a person; empty where nothing is."""
        if self.evolve.retention == "keep_all" or not is_due(self.population, agent, self.judged.get(agent, 0)):
            return ""
        was_judged = agent in self.judged
        before = bool(self.population.eligible[agent])
        answer = self._judge(agent)
        if was_judged and answer.eligible == before:
            return ""
        return f"a{agent} {'may' if answer.eligible else 'may not'} be a parent: {answer.reason}"

    def _judge(self, agent: int) -> Retained:
        looked_at = self.sources if self.evolve.retention == "improving_or_novel" else None
        earlier = None if looked_at is None else looked_at.earlier(agent)
        answer = judge(self.evolve, self.population, agent, earlier)
        self.archive.set_retention(agent, eligible=answer.eligible, reason=answer.reason, figures=answer.figures)
        self.population.set_eligible(agent, answer.eligible)
        self.judged[agent] = int(self.population.ended[agent])
        return answer
