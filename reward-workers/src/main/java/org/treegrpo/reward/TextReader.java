package org.treegrpo.reward;

import java.util.List;

/** A reward that can also tell what it reads in an image, for reports. */
public interface TextReader {

  /**
   * The text of each image, as recognised; empty where nothing was read.
   *
   * @throws RewardException when the recogniser fails
   */
  List<String> read(ImageBatch images) throws RewardException;
}
