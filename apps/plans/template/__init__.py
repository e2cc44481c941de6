"""The template of a year's plans: which parts they have, in which order, and what to write there. The city sets it."""
