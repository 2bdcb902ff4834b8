"""Safety: one risk ladder for all modules, the duty rota, crisis records, and the look with two keys.

    0 一般, 1 轻度关注   nobody is told; modules offer self-help
    2 重点关注          a call within 24 h (an answer, a wish) or 72 h (a score); closed by one
    3 危机             taken on in 15 min, called in 60, passed on after 30; closed by two people

What was decided here, and why:

* A case is recorded whatever the person has agreed to: who is in danger must not wait for a form. It
  holds no answer, score or result; those stay with the module, behind its own consents (cases.py).
* Name, unit and phone are shown once somebody has taken the case on, to whoever leads it and to
  supervisors. At level 3 the basis is vital interest (PIPL 13(4)); at level 2 the person's own wish, or
  the consent the module names, while it stands. Every look is an audit entry the person can see.
* With nobody on duty the case goes to everybody who may answer, and says so. The rota's keepers, who may
  be the employer, learn of gaps by the clock alone, so that a gap notice betrays no case (alerts.py).
* Alerts of level 3 go out twice by independent chains of jobs; a dead process delays none beyond a minute.
* Employers see people helped per closed quarter, at least ten of them, and nothing finer (figures.py).
"""
