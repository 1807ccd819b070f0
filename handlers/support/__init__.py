"""Questions to the operators as their person sees them, and how both sides hear of words."""
