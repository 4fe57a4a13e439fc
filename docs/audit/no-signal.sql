-- Prompts that cost their rollouts and teach nothing: how many of their rounds were flat (every scored leaf has the advantage 0) or had
-- no scored leaf at all.
WITH prompts AS (
  SELECT round, prompt_id, count(*) AS leaves, count(advantage) AS scored, max(abs(advantage)) AS most, avg(reward_total) AS mean
  FROM leaves
  GROUP BY round, prompt_id
)
SELECT prompt_id, count(*) AS rounds, count_if(most = 0) AS flat, count_if(scored = 0) AS unscored,
  sum(leaves - scored) AS failed_leaves, avg(mean) AS mean_total
FROM prompts
GROUP BY prompt_id
HAVING flat + unscored > 0
ORDER BY (flat + unscored) / rounds DESC, rounds DESC, prompt_id;
