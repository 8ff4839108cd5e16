"""What the pages of work show: queues, nodes, places, caches, scaling, evaluations and jobs."""
