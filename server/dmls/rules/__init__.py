"""The rules, one module each, in folders by family; `registry` is the generated table of them."""
