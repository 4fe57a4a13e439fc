package org.treegrpo.reward.pool;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/** A reward that does what a test says and counts how many instances are open. */
final class ScriptedReward implements Reward {

  /** What {@link #score} does. */
  @FunctionalInterface
  interface Script {
    float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException;
  }

  private final String name;
  private final Script script;
  private final AtomicInteger open;

  ScriptedReward(String name, Script script, AtomicInteger open) {
    this.name = name;
    this.script = script;
    this.open = open;
    open.incrementAndGet();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "scripted " + name;
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    return script.score(images, prompts);
  }

  @Override
  public void close() {
    open.decrementAndGet();
  }
}
