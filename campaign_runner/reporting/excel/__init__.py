"""How are workbooks written, and the user's own annotated?"""
