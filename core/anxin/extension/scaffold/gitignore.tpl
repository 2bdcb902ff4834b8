__pycache__/
*.mo
dist/
