package org.treegrpo.core.credit;

import java.io.Serializable;

/** The credit of one share: of its edges, and of its leaves. */
public record ShareCredit(Credit edges, Credit leaves) implements Serializable {}
