"""What is done to the text that an extractor finds on an article's page, and to the page before it
is asked again: parts brought together, lines made whole, what is none of the text taken out.

Extracts nothing itself, and knows no publisher.
"""
