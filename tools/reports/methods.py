"""How a campaign or a screen was judged, in two paragraphs each."""

from __future__ import annotations

from db.records import Screen
from tools.campaigns.results.ledger import Tally
from tools.campaigns.state import CampaignState
from tools.pictures.screen_effects import CALLED
from tools.reports.page import Paragraph


def of_campaign(state: CampaignState, tally: Tally) -> tuple[Paragraph, Paragraph]:
    """How candidates are ranked, and how results are placed and hits told.

    Args:
        state: The campaign.
        tally: Its tally.
    """
    predictors = sorted({one.shortlist.predictor for one in state.rounds if one.shortlist.predictor})
    question = state.campaign.question
    by = f" by the predictor {' or '.join(predictors)}" if predictors else ""
    ranked = (
        f"Every candidate of the library was ranked{by}, which learns from the effects of other screens in the"
        " store, from what is known of genes and their neighbours, and from the campaign's own rounds so far;"
        " effects of different kinds are compared by rank alone. It gives each candidate a probability to be a hit"
        " with an 80 % interval. Utility weighs that belief against its doubt, and a round takes the candidates of"
        " the largest utility. The expected number of hits is the sum of the probabilities; its 80 % interval is"
        " that of independent draws (Poisson-binomial) with an error in log-odds that all of a round's"
        " probabilities share. As many at random means the mean probability of all candidates times the places."
        " The ranking is computed; a language model may fill only the places that are marked as filled by grade."
    )
    measured = (
        f"Effects are harmonised: positive raises {question.phenotype}. The negative controls of a round place its"
        " results on the scale of the campaign: median and spread (1.4826 × median absolute deviation) of its"
        f" controls are moved to those of the earliest results. A hit is told by {tally.rule}. Positive controls"
        " that were known before count neither as hits nor as promises. Calibration sorts all measured nominations"
        " by the probability that they were proposed with, cuts them into bins of equal count, and sets the hits"
        " of each bin beside the promise."
    )
    return Paragraph(ranked), Paragraph(measured)


def of_screen(screen: Screen, kinds: tuple[str, ...]) -> tuple[Paragraph, Paragraph]:
    """How a screen's file was read and its hits told, and how its quality was judged.

    Args:
        screen: The screen.
        kinds: Kinds of its estimates.
    """
    called = ", ".join(CALLED.get(kind, kind) for kind in kinds)
    read = (
        "The file was read as it is: names were resolved to approved symbols, rows that could not be used were"
        f" kept aside with a reason, and effects ({called}) were harmonised so that positive raises"
        f" {screen.phenotype}. Hits are told by the rule {screen.hit_rule} on the side {screen.side}; a share such"
        " as top 5 % is of all perturbations with an effect, and FDR is that of the side."
    )
    judged = (
        "Replicates are compared by the correlation of their effects and of their ranks. The spread of negative"
        " controls is 1.4826 × their median absolute deviation, which for normal values is the standard deviation."
        " Where a screen is one of growth, core essential genes (CEGv2) are told from genes that are never"
        " essential (NEGv1) by the area under the receiver operating characteristic and by the strictly"
        " standardised mean difference. The readout's own gene, where it was perturbed, shows that the sign is"
        " right."
    )
    return Paragraph(read), Paragraph(judged)
