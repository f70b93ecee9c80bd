"""How are workbooks of Excel read?"""
