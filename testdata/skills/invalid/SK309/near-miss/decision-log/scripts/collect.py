open("references/rules.md")
