"""The demo: three invented tenants with a story, and the employer they sign in through."""
