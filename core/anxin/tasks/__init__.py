"""Long work (imports, reports, exports, campaigns): asked for on a page, done by a job, watched with real progress,
left and found again, and its file fetched by whoever asked.
"""

from anxin.tasks.services import Task, TaskRun, start_task, task_of

__all__ = ["Task", "TaskRun", "start_task", "task_of"]
