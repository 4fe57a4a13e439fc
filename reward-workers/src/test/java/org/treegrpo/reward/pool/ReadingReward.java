package org.treegrpo.reward.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.TextReader;

/** Reads the first pixel of an image; one below zero cannot be read. */
record ReadingReward(AtomicInteger open) implements Reward, TextReader {

  ReadingReward {
    open.incrementAndGet();
  }

  @Override
  public String name() {
    return "reader";
  }

  @Override
  public String version() {
    return "first pixel";
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
    return new float[images.rows()];
  }

  @Override
  public List<String> read(ImageBatch images) throws RewardException {
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < images.rows(); row++) {
      float first = images.pixels()[images.offset(row)];
      if (first < 0) {
        throw new RewardException("no letters");
      }
      texts.add(String.valueOf(first));
    }
    return texts;
  }

  @Override
  public void close() {
    open.decrementAndGet();
  }
}
