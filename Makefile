.PHONY: serve test check
serve:  ## start the product
	python3 run.py serve
test:  ## run every test and check
	python3 run.py test
check:  ## only the static checks
	python3 run.py check
