"""The column dictionary (数据字典): every layer and column as data, and what follows from it."""
