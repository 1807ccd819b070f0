"""How hard the property tests try: enough to find, fast enough to run every time."""

from hypothesis import HealthCheck, settings

# No deadline: a machine that is busy with other tests is no fault of the code.
settings.register_profile(
    "domain", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
