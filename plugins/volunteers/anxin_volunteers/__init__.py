"""Volunteer teams and the network of emotional liaison officers (志愿者队伍与情感联络员)."""
