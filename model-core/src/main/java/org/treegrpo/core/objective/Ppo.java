package org.treegrpo.core.objective;

/** Makes {@link PpoSurrogate}s. */
public record Ppo() implements SurrogateFactory {

  @Override
  public String name() {
    return "ppo";
  }

  @Override
  public Surrogate create(SurrogateSettings settings) {
    return new PpoSurrogate(settings.clip());
  }
}
