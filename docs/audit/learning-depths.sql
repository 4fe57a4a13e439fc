-- Which depth of the tree learns, in ten stretches of the run. sibling_std is what a depth itself decides: how far the children of one
-- node differ; advantage_std has what was decided above it too.
WITH run AS (
  SELECT min(round) AS begin, max(round) AS end FROM edges
), placed AS (
  SELECT edges.*, floor(10 * (round - begin) / (1 + end - begin)) AS stretch,
    stddev_pop(advantage) OVER (PARTITION BY round, prompt_id, tree, parent_path) AS sibling_std
  FROM edges CROSS JOIN run
)
SELECT min(round) AS first_round, max(round) AS last_round, depth, count(*) AS edges,
  avg(abs(advantage)) AS mean_abs_advantage, stddev_pop(advantage) AS advantage_std, avg(sibling_std) AS sibling_std,
  avg(noise_std) AS noise_std,
  avg(IF(status = 'trained', 1.0D, 0.0D)) AS trained,
  avg(IF(status = 'failed', 1.0D, 0.0D)) AS failed,
  avg(IF(status = 'pruned', 1.0D, 0.0D)) AS pruned,
  avg(IF(status = 'not-trained', 1.0D, 0.0D)) AS not_trained
FROM placed
GROUP BY stretch, depth
ORDER BY stretch, depth;
