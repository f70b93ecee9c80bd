"""How are OpenDocument spreadsheets read?"""
