"""Policy as data (政策规则): what a jurisdiction's document says, decided for facts on a day.

One YAML file per jurisdiction holds dated values, each with its clause. Reading one refuses what is
unknown, undated or uncited; deciding gives six parts, each of one of five kinds; a timeline puts the stages
on working days.
"""
