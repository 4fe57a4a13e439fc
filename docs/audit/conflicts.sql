-- Which reward fights which. own is the advantage that a leaf would have by one reward alone, before epsilon and clamp; where
-- advantage.group is tree, add tree to the window. first_wins: of the leaves that the two pull apart, how many went the first one's way.
WITH alone AS (
  SELECT *, (score - avg(score) OVER own_group) / nullif(stddev_pop(score) OVER own_group, 0) AS own
  FROM scores
  WINDOW own_group AS (PARTITION BY round, prompt_id, reward)
)
SELECT a.reward AS first, b.reward AS second, count(*) AS leaves,
  corr(a.own, b.own) AS correlation,
  avg(IF(a.own * b.own < 0, 1.0D, 0.0D)) AS opposed,
  avg(IF(sign(a.advantage) = sign(a.own), 1.0D, 0.0D)) FILTER (WHERE a.own * b.own < 0 AND a.advantage <> 0) AS first_wins
FROM alone a
JOIN alone b ON a.round = b.round AND a.prompt_id = b.prompt_id AND a.tree = b.tree AND a.path = b.path AND a.reward < b.reward
WHERE a.own IS NOT NULL AND b.own IS NOT NULL
GROUP BY a.reward, b.reward
ORDER BY correlation, first, second;
