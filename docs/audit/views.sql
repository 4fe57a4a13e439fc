-- What the recipes read. ${run} is the run directory: `treegrpo sql` sets it, so do `spark-sql -d run=DIR` and the statement SET run=DIR.
CREATE OR REPLACE TEMPORARY VIEW edges AS
SELECT * FROM parquet.`${run}/audit/round=*/edges.parquet`;

CREATE OR REPLACE TEMPORARY VIEW leaves AS
SELECT * FROM parquet.`${run}/audit/round=*/leaves.parquet`;

-- A row for each score of each leaf, whatever the rewards are called; a score that failed has none.
CREATE OR REPLACE TEMPORARY VIEW scores AS
SELECT round, prompt_id, tree, path, advantage, substring(name, 8) AS reward, CAST(value AS DOUBLE) AS score
FROM (
  SELECT round, prompt_id, tree, path, advantage, explode(from_json(to_json(struct(*)), 'map<string,string>')) AS (name, value)
  FROM leaves
)
WHERE startswith(name, 'reward_') AND name <> 'reward_total';
