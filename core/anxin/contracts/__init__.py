"""Service contracts between an employer and an agency: drafted and signed by both, each from its own tenant; what was
served, without names; what is billed; what happens when it ends; and the figures a union hands on to the one above it.

The rows live with the employer. The agency reads its own through a second policy and writes through `parties.party`.
"""
