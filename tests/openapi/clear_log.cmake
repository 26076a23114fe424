# Empties the folder of logged requests before the tests run.
file(REMOVE_RECURSE ${LOG})
file(MAKE_DIRECTORY ${LOG})
