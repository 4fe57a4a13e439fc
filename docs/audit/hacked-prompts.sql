-- Prompts of which one reward rises while another falls, the worst first. A change is the mean of the later half of a prompt's rounds
-- less that of the earlier half, in standard deviations of the prompt's scores within a round.
WITH rounds AS (
  SELECT prompt_id, reward, round, avg(score) AS mean, stddev_pop(score) AS std
  FROM scores
  GROUP BY prompt_id, reward, round
), halves AS (
  SELECT *, ntile(2) OVER (PARTITION BY prompt_id, reward ORDER BY round) AS half
  FROM rounds
), changes AS (
  SELECT prompt_id, reward, count(*) AS rounds,
    (avg(mean) FILTER (WHERE half = 2) - avg(mean) FILTER (WHERE half = 1)) / nullif(avg(std), 0) AS change
  FROM halves
  GROUP BY prompt_id, reward
)
SELECT prompt_id, max(rounds) AS rounds,
  max_by(reward, change) AS rose, max(change) AS rise,
  min_by(reward, change) AS fell, min(change) AS fall,
  least(max(change), -min(change)) AS hacked
FROM changes
GROUP BY prompt_id
HAVING max(change) > 0 AND min(change) < 0
ORDER BY hacked DESC, prompt_id;
