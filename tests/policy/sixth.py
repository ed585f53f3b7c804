"""A made-up sixth district: one more file, and what faults are put into."""

from __future__ import annotations

SIXTH = """
id: sixth
name: {zh: 第六区, en: The sixth district}
region: "999999"
document:
  title: {zh: 第六区方案, en: Plan of the sixth district}
  issuer: {zh: 第六区, en: The sixth district}
  number: null
  dated: 2025-03-01
  in_force_from: 2025-03-01
clauses:
  一1: {zh: 不足50米备案, en: filing below 50 m}
  一2: {zh: 低压99千瓦, en: LV up to 99 kW}
approval:
  - id: other
    values:
      - {from: 2025-03-01, cite: [一1], procedure: approval, limit_working_days: 7}
  - id: filing
    before: [other]
    when: {route.length_m: {less_than: 50}}
    values:
      - {from: 2025-03-01, cite: [一1], procedure: filing, limit_working_days: 2}
      - {from: 2025-06-01, cite: [一1], procedure: filing, limit_working_days: 0.5}
lv_limit:
  - {id: all, values: [{from: 2025-03-01, cite: [一2], lv_limit_kw: 99}]}
public_line_limit: []
stages: []
stages_total: []
application_to_energised: []
construction: []
documents: []
investment: []
disclosure: []
planner: []
reliability: []
fees: []
services: []
"""
