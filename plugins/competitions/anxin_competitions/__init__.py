"""Competitions and awards (竞赛评比): sports meets, works, quizzes and selections on one small kernel."""
