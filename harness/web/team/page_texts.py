"""The text of a competition's page: what an admin wrote, or the default."""

from harness.web.team.competition_context import CompetitionContext
from harness.web.team.default_texts import default_text
from leaderboard.team.texts import TextPage


def page_text(competition: CompetitionContext, page: TextPage) -> str:
    """Return the Markdown of a page."""
    site, teams, state = competition.page.site, competition.teams, competition.state
    metrics = [site.boards.ranked(state.key, task).metric for task in state.tasks]
    return teams.texts.get(state.key, page) or default_text(page, state, metrics, teams.limits.file_bytes)
