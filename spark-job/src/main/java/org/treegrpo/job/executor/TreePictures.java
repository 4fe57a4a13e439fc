package org.treegrpo.job.executor;

/**
 * The images of one grown tree.
 *
 * @param share of the tree; it is the share's first one
 * @param height of the images
 * @param width of the images
 * @param nodes of the tree
 * @param images {@code [node]} pixels {@code [3, H, W]} in 0..255: x0 estimates of the inner nodes,
 *     decoded leaves
 */
public record TreePictures(int share, int height, int width, int[] nodes, byte[][] images) {}
