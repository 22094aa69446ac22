"""The practice site: invented patients with pictures whose truth is known, for learning and for trying.

Nothing here comes from a person. Every picture is computed from a recipe and a seed, and its measurable truth lies
beside it as JSON.
"""
