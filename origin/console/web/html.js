/**
 * Writes what a component shows, without a build: tagged templates that make Preact's nodes.
 */
import htm from 'htm';
import { h } from 'preact';

/** @type {(strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode} */
// @ts-expect-error: a template with several roots makes an array, which a component may return.
export const html = htm.bind(h);
