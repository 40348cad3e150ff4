"""How large a screen has to be: replicates, guides, cells and reads for an effect, and what a finished one can show."""

from __future__ import annotations

READING = {
    "design_screen": ".pooled.plan",
    "detectable_effect": ".detectable",
    "design_perturb_seq": ".perturb_seq.plan",
}

WRITING = {
    "draw_screen_design": ".pictures",
    "draw_detectable_effect": ".pictures",
    "draw_perturb_seq_design": ".pictures",
}
