package org.treegrpo.job.executor;

/**
 * All that an executor needs of a run besides the weights, broadcast once. The configuration is the
 * one the driver resolved, so that no executor resolves it differently.
 *
 * @param runId unique per process start
 * @param config the resolved configuration, HOCON
 * @param policyFiles paths of the policy directory's files, relative to it
 * @param policyContents their contents, in the same order
 * @param trainPrompts JSONL
 * @param evaluationPrompts JSONL
 * @param baseWeights little-endian float32 of the reference policy; empty where there is no KL term
 */
public record RunSpec(
    String runId,
    String config,
    String[] policyFiles,
    byte[][] policyContents,
    byte[] trainPrompts,
    byte[] evaluationPrompts,
    float[] baseWeights) {}
