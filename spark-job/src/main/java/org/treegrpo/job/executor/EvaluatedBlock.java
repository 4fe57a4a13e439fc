package org.treegrpo.job.executor;

import org.treegrpo.job.metrics.ImageStatistics;

/**
 * Result of an evaluation task, its images in prompt order.
 *
 * @param scores {@code [image][reward]}, NaN where the reward failed
 * @param versions {@code [reward]} of the models that scored; empty where none could be loaded here
 * @param failures why scores are missing, the first causes
 * @param read {@code [image][reward]} what a reading reward read; null for the others
 * @param height of the pictures
 * @param width of the pictures
 * @param pictures {@code [image]} pixels {@code [3, H, W]} in 0..255, of the first prompts
 * @param diversity {@code [prompt]} mean root-mean-square pixel distance between a prompt's images
 * @param statistics {@code [image]}, without what needs two of them
 * @param sums of the first image of each prompt
 */
public record EvaluatedBlock(
    float[][] scores,
    String[] versions,
    String[] failures,
    String[][] read,
    int height,
    int width,
    byte[][] pictures,
    double[] diversity,
    ImageStatistics[] statistics,
    PixelSums sums) {}
