"""The kernel: what every room stands on. It knows tenants, actors, rows and jobs, and no domain.

ids · clock · errors · i18n      one way to make an id, read the time, refuse, and speak
db · ddl · migrate               models, the isolation wall in SQL, and bringing a database up to date
capability · ctx · access        entering a tenant, the context every service takes, which rows it may see
guard · blueprints               a route without @guard cannot be registered
vault · disclosure · outbound    confidential fields, numbers for employers, the one way out
outbox · jobs                    effects that survive a crash
"""
