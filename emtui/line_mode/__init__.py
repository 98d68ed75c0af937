"""Line mode: the session browser as questions and answers, one fact per line, without drawing.

For screen readers, serial consoles and terminals without cursor movement. Uses the same feeds as the screens,
plain asyncio, and no Textual.
"""
