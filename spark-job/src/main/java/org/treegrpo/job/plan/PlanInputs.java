package org.treegrpo.job.plan;

import org.treegrpo.core.policy.PolicySpec;

/**
 * What a plan needs besides the settings.
 *
 * @param policy the content of {@code policy.json}
 * @param parameters trainable float32 elements
 * @param trainPrompts prompts of {@code prompts.train}
 * @param evaluationPrompts held-out prompts that an evaluation may sample
 */
public record PlanInputs(
    PolicySpec policy, long parameters, int trainPrompts, int evaluationPrompts) {}
