"""placeholder being written"""
def raise_crisis(ctx, **k): raise NotImplementedError
def duty_covered(ctx, start, end): raise NotImplementedError
