"""Frozen data to HTML, PDF, Word and SVG; knows no domain.

Read `model` (what a document is made of), `frozen` (checked, canonical, hashed), then one renderer
each: `page` (HTML), `paper` (PDF, PNG), `word` (DOCX), `svg` (charts).
"""
