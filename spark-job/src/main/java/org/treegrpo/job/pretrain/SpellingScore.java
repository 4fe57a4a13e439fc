package org.treegrpo.job.pretrain;

/**
 * How well one recogniser reads a policy's pictures of held-out words.
 *
 * @param recogniser version of the recogniser
 * @param words number of words
 * @param images number of pictures
 * @param exact share of pictures read exactly right, case and spaces ignored
 * @param score mean OCR reward (ALGORITHMS.md section 4), 0..1
 */
public record SpellingScore(String recogniser, int words, int images, double exact, double score) {}
